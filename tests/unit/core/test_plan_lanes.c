#include <criterion/criterion.h>
Test(plan_lanes, none) {}
