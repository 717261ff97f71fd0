// Reading the configuration again while running. The old one stays in force unless the new one is right in
// whole.
#include <string.h>

#include "daemon/loop/daemon.h"
#include "daemon/loop/log.h"

// What can change without a restart; net borrows the rest of the old configuration until it ends.
static void take_up(struct vd_daemon *d, const Vd__Config *config)
{
  enum vd_log_level level;
  if (vd_log_level_parse(config->log_level, &level))
    vd_log_set_level(level);
  d->config->reserve_bytes = config->reserve_bytes;
  bool needs_restart = strcmp(config->listen, d->config->listen) != 0 ||
                       config->trusted_tcp != d->config->trusted_tcp ||
                       config->map_size_bytes != d->config->map_size_bytes ||
                       config->publish_queue != d->config->publish_queue;
  if (needs_restart)
    vd_log(VD_LOG_WARNING, "needs-restart", "field", "listen, trusted_tcp, map_size_bytes, publish_queue",
           NULL);
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
