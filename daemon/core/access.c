#include "daemon/core/access.h"
