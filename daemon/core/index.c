#include "daemon/core/index.h"
