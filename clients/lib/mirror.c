// The snapshot of a mirror: page by page while frames already arrive; newer revisions win, so no freeze is
// needed.
#include <string.h>

#include "clients/lib/client_internal.h"

static enum vd_err fetch(struct venue_client *client, const Vd__Key *after, Vd__Response **response,
                         struct vd_refusal *refusal)
{
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  query.after = (Vd__Key *)after;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATE;
  request.state = &query;
  return venue_query(client, &request, VD__RESPONSE__BODY_STATE, venue_until_ms(client->timeout_ms), response,
                     refusal);
}

// Pages go forward, or there would be no end to them.
static bool is_after(const Vd__Key *next, const Vd__Key *after)
{
  return after == NULL || next->kind > after->kind ||
         (next->kind == after->kind && strcmp(next->id, after->id) > 0);
}

enum vd_err venue_load_mirror(struct venue_client *client, struct vd_refusal *refusal)
{
  struct vd_fold *fold = vd_fold_create();
  Vd__Key *after = NULL;
  enum vd_err err;
  do {
    Vd__Response *response = NULL;
    err = fetch(client, after, &response, refusal);
    if (err != VD_OK)
      break;
    client->loaded_at_ms = response->now_at_ms;
    Vd__StatePage *page = response->state;
    for (size_t i = 0; i < page->n_entities; i++)
      vd_fold_put_newer(fold, page->entities[i]);
    if (page->next != NULL && !is_after(page->next, after))
      err = vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "the pages of the state go round in a circle");
    vd__key__free_unpacked(after, NULL);
    after = page->next;
    page->next = NULL;
    vd__response__free_unpacked(response, NULL);
  } while (err == VD_OK && after != NULL);
  vd__key__free_unpacked(after, NULL);
  if (err != VD_OK) {
    vd_fold_destroy(fold);
    return err;
  }
  vd_fold_destroy(client->fold);
  client->fold = fold;
  return VD_OK;
}
