#include "daemon/core/timer.h"
