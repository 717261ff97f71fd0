#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/loop/options.h"

static int parse(struct vd_options *options, const char *a, const char *b)
{
  char *argv[] = {(char *)"venued", (char *)a, (char *)b, NULL};
  int argc = a == NULL ? 1 : b == NULL ? 2 : 3;
  optind = 0; // getopt starts anew
  return vd_options_parse(argc, argv, options);
}

Test(options, defaults)
{
  struct vd_options options;
  cr_assert_eq(parse(&options, NULL, NULL), -1);
  cr_assert_str_eq(options.data_dir, "./data");
  cr_assert_null(options.config_path);
  cr_assert_eq(options.time_scale, 0);
  cr_assert_not(options.is_rehearsal);
}

Test(options, values_are_taken)
{
  struct vd_options options;
  cr_assert_eq(parse(&options, "--time-scale", "60"), -1);
  cr_assert_eq(options.time_scale, 60);
  cr_assert_eq(parse(&options, "--clock-start", "plan"), -1);
  cr_assert(options.starts_with_plan);
  cr_assert_eq(parse(&options, "--clock-start", "2023-05-18T09:00:00+08:00"), -1);
  cr_assert_eq(options.clock_start_ms, INT64_C(1684371600000));
  cr_assert_not(options.starts_with_plan);
  cr_assert_eq(parse(&options, "--rehearsal", NULL), -1);
  cr_assert(options.is_rehearsal);
}

Test(options, nonsense_is_a_usage_error, .init = cr_redirect_stderr)
{
  struct vd_options options;
  const char *const wrong[][2] = {{"--time-scale", "0"}, {"--time-scale", "1001"},  {"--time-scale", "6x"},
                                  {"--time-scale", ""},  {"--clock-start", "noon"}, {"--unknown", NULL},
                                  {"something", NULL},   {"--plan", NULL}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    cr_assert_eq(parse(&options, wrong[i][0], wrong[i][1]), 2, "%s %s", wrong[i][0],
                 wrong[i][1] ? wrong[i][1] : "");
}

static enum vd_err read_config(const char *text, struct vd_refusal *refusal)
{
  char path[] = "/tmp/vd-config-XXXXXX";
  int file = mkstemp(path);
  cr_assert(file >= 0);
  cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
  close(file);
  Vd__Config *config = NULL;
  *refusal = (struct vd_refusal){.err = VD_OK};
  enum vd_err err = vd_config_read(path, &config, refusal);
  if (err == VD_OK)
    vd__config__free_unpacked(config, NULL);
  unlink(path);
  return err;
}

// Else the venue could never write.
Test(options, the_map_is_larger_than_the_reserve)
{
  struct vd_refusal refusal;
  cr_assert_eq(read_config("reserve_bytes: 34359738367\n", &refusal), VD_OK);
  cr_assert_eq(read_config("reserve_bytes: 34359738368\n", &refusal), VD_ERR_BAD_VALUE);
  cr_assert_str_eq(refusal.field, "map_size_bytes");
  cr_assert_eq(read_config("map_size_bytes: 67108864\n", &refusal), VD_ERR_BAD_VALUE,
               "the default reserve counts");
  cr_assert_eq(read_config("map_size_bytes: 67108864\nreserve_bytes: 1048576\n", &refusal), VD_OK);
}
