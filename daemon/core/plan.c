#include "daemon/core/plan.h"
