// Reading the configuration again while running. The old one stays in force unless the new one is right in
// whole.
#include <string.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"

// Packed without what can change while running.
static void pack_fixed(struct vd_buffer *out, const Vd__Config *config)
{
  Vd__Config fixed = *config;
  fixed.n_tokens = 0;
  fixed.log_level = (char *)"";
  fixed.reserve_bytes = 0;
  vd_buffer_pack(out, &fixed.base);
}

static bool needs_restart(const Vd__Config *old, const Vd__Config *new)
{
  struct vd_buffer before = {0}, after = {0};
  pack_fixed(&before, old);
  pack_fixed(&after, new);
  bool is_same = before.size == after.size && memcmp(before.data, after.data, before.size) == 0;
  vd_buffer_finish(&before);
  vd_buffer_finish(&after);
  return !is_same;
}

// Net borrows the rest of the old configuration until it ends.
static void take_up(struct vd_daemon *d, const Vd__Config *config)
{
  enum vd_log_level level;
  if (vd_log_level_parse(config->log_level, &level))
    vd_log_set_level(level);
  d->config->reserve_bytes = config->reserve_bytes;
  if (needs_restart(d->config, config))
    vd_log(VD_LOG_WARNING, "needs-restart", "detail",
           "only tokens, log_level and reserve_bytes were taken up", NULL);
}

void vd_daemon_reload(struct vd_daemon *d)
{
  struct vd_refusal refusal = {.err = VD_OK};
  Vd__Config *config = NULL;
  vd_daemon_look_at_clock(d);
  enum vd_err err = vd_config_read(d->options->config_path, &config, &refusal);
  // Who may speak is a matter of the journal: without space it waits until writing goes on.
  d->has_tokens_to_read = err == VD_OK && d->is_read_only;
  if (err == VD_OK && !d->is_read_only)
    err = vd_daemon_set_principals(d, config, &refusal);
  if (err == VD_OK) {
    take_up(d, config);
    vd_log(VD_LOG_INFO, "configuration-read", "tokens", d->has_tokens_to_read ? "later" : "read", NULL);
  } else {
    vd_log(VD_LOG_ERROR, "configuration-refused", "code", vd_err_name(err), "field", refusal.field, "detail",
           refusal.detail, NULL);
  }
  vd__config__free_unpacked(config, NULL);
  vd_daemon_turn(d);
}
