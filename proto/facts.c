#include "proto/facts.h"
