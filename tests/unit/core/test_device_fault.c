#include <criterion/criterion.h>

Test(device_fault, placeholder)
{
}
