#include "daemon/core/venue.h"
