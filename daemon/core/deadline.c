#include "daemon/core/deadline.h"
