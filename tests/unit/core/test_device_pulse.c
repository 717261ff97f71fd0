#include <criterion/criterion.h>

Test(device_pulse, placeholder)
{
}
