// The snapshot of a mirror: page by page while frames already arrive; newer revisions win, so no freeze is
// needed.
#include "clients/lib/client_internal.h"

static enum vd_err fetch(struct venue_client *client, const Vd__Key *after, Vd__Response **response,
                         struct vd_refusal *refusal)
{
  Vd__StateQuery query = VD__STATE_QUERY__INIT;
  query.after = (Vd__Key *)after;
  Vd__Request request = VD__REQUEST__INIT;
  request.body_case = VD__REQUEST__BODY_STATE;
  request.state = &query;
  enum vd_err err = venue_client_request(client, &request, response, refusal);
  vd_string_set(&request.id, "");
  if (err == VD_OK && (*response)->body_case != VD__RESPONSE__BODY_STATE) {
    vd__response__free_unpacked(*response, NULL);
    *response = NULL;
    return vd_refuse(refusal, VD_ERR_BAD_REQUEST, "", "the answer holds no state");
  }
  return err;
}

enum vd_err venue_load_mirror(struct venue_client *client, struct vd_refusal *refusal)
{
  struct vd_fold *fold = vd_fold_create();
  Vd__Response *response = NULL;
  enum vd_err err = fetch(client, NULL, &response, refusal);
  while (err == VD_OK) {
    const Vd__StatePage *page = response->state;
    for (size_t i = 0; i < page->n_entities; i++)
      vd_fold_put_newer(fold, page->entities[i]);
    if (page->next == NULL)
      break;
    Vd__Response *next = NULL;
    err = fetch(client, page->next, &next, refusal);
    if (err == VD_OK) {
      vd__response__free_unpacked(response, NULL);
      response = next;
    }
  }
  vd__response__free_unpacked(response, NULL);
  if (err != VD_OK) {
    vd_fold_destroy(fold);
    return err;
  }
  vd_fold_destroy(client->fold);
  client->fold = fold;
  return VD_OK;
}
