#include "daemon/core/act.h"
