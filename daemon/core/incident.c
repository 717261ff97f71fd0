#include "daemon/core/incident.h"
