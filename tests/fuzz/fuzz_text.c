// The text codec: what it reads, it writes as JSON and reads again as the same; what it refuses, it says in
// words that no terminal chokes on. The first byte chooses the message and the form.
#include <string.h>

#include "proto/check.h"
#include "proto/config.pb-c.h"
#include "proto/plan.pb-c.h"
#include "proto/text.h"
#include "proto/wire.pb-c.h"
#include "tests/fuzz/fuzz.h"

struct kind {
  const ProtobufCMessageDescriptor *type;
  enum vd_text_form form;
};

static struct kind kind_of(uint8_t byte)
{
  const struct kind kinds[] = {
      {&vd__plan__descriptor, VD_TEXT_YAML},      {&vd__plan__descriptor, VD_TEXT_JSON},
      {&vd__request__descriptor, VD_TEXT_YAML},   {&vd__request__descriptor, VD_TEXT_JSON},
      {&vd__rehearsal__descriptor, VD_TEXT_YAML}, {&vd__config__descriptor, VD_TEXT_YAML},
  };
  return kinds[byte % (sizeof kinds / sizeof *kinds)];
}

static void expect_same(const struct vd_buffer *a, const struct vd_buffer *b)
{
  FUZZ_EXPECT(a->size == b->size);
  FUZZ_EXPECT(a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static void expect_round_trip(const ProtobufCMessage *message)
{
  struct vd_buffer json = {0}, again = {0}, packed = {0}, packed_again = {0};
  ProtobufCMessage *back = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  vd_text_write_json(&json, message);
  enum vd_err err = vd_text_read(message->descriptor, VD_TEXT_JSON, "again", (const char *)json.data,
                                 json.size, &back, NULL, &refusal);
  if (err == VD_ERR_TOO_LARGE) { // JSON has more marks than YAML
    vd_buffer_finish(&json);
    return;
  }
  if (err != VD_OK)
    fprintf(stderr, "%s\n%.*s\n", refusal.detail, (int)json.size, (const char *)json.data);
  FUZZ_EXPECT(err == VD_OK);
  vd_text_write_json(&again, back);
  expect_same(&json, &again);
  vd_buffer_pack(&packed, message);
  vd_buffer_pack(&packed_again, back);
  expect_same(&packed, &packed_again);
  vd_buffer_finish(&json);
  vd_buffer_finish(&again);
  vd_buffer_finish(&packed);
  vd_buffer_finish(&packed_again);
  protobuf_c_message_free_unpacked(back, NULL);
}

static void expect_sayable(const char *text)
{
  FUZZ_EXPECT(vd_text_is_clean(text, strlen(text), false));
}

static void expect_refusal(enum vd_err err, const struct vd_refusal *refusal, const ProtobufCMessage *message,
                           const struct vd_text_map *map)
{
  FUZZ_EXPECT(refusal->err == err);
  FUZZ_EXPECT(message == NULL && map == NULL);
  expect_sayable(refusal->detail);
  expect_sayable(refusal->field);
  expect_sayable(refusal->nearest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  struct kind kind = kind_of(data[0]);
  char *text = malloc(size); // of just this size, so that reading beyond it is seen
  memcpy(text, data + 1, size - 1);
  ProtobufCMessage *message = NULL;
  struct vd_text_map *map = NULL;
  struct vd_refusal refusal = {.err = VD_OK};
  enum vd_err err = vd_text_read(kind.type, kind.form, "input", text, size - 1, &message, &map, &refusal);
  if (err == VD_OK) {
    expect_round_trip(message);
    vd_text_map_find(map, "crews[1].shifts[0].start_at_ms");
    protobuf_c_message_free_unpacked(message, NULL);
    vd_text_map_destroy(map);
  } else {
    expect_refusal(err, &refusal, message, map);
  }
  free(text);
  return 0;
}
