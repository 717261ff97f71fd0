#include <criterion/criterion.h>

Test(device_maintenance, placeholder)
{
}
