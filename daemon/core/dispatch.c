#include "daemon/core/dispatch.h"
