#include "daemon/core/crew.h"
