#include "proto/err.h"
