#include <pthread.h>
#include <string.h>

#include "proto/text.h"
#include "proto/text_internal.h"

// The short names of one enum, made at its first use and kept for good: the callers are promised static
// storage, and there are no more of these than enums in proto/.
struct names {
  const ProtobufCEnumDescriptor *type;
  const struct names *next;
  const char *of[]; // in the order of type->values; their text follows in the same block
};

static const struct names *all_names; // only ever grows at its head
static pthread_mutex_t growing = PTHREAD_MUTEX_INITIALIZER;

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_upper(char c)
{
  return c >= 'A' && c <= 'Z';
}

// The length of the prefix that an enum's values carry: its own name as INCIDENT_STATE_ for IncidentState.
static size_t prefix_size(const ProtobufCEnumDescriptor *type, const char *value_name)
{
  size_t size = 0;
  for (const char *at = type->short_name; *at != '\0'; at++) {
    if (is_upper(*at) && at > type->short_name && value_name[size++] != '_')
      return 0;
    if (lower(value_name[size++]) != lower(*at))
      return 0;
  }
  return value_name[size] == '_' ? size + 1 : 0;
}

static struct names *make_names(const ProtobufCEnumDescriptor *type)
{
  size_t text_size = 0;
  for (unsigned i = 0; i < type->n_values; i++)
    text_size += strlen(type->values[i].name) + 1;
  size_t head_size = sizeof(struct names) + type->n_values * sizeof(const char *);
  struct names *names = vd_alloc(head_size + text_size);
  names->type = type;
  char *text = (char *)names + head_size;
  for (unsigned i = 0; i < type->n_values; i++) {
    const char *full = type->values[i].name;
    names->of[i] = text;
    for (full += prefix_size(type, full); *full != '\0'; full++)
      *text++ = *full == '_' ? '-' : lower(*full);
    *text++ = '\0';
  }
  return names;
}

static const struct names *find_names(const ProtobufCEnumDescriptor *type)
{
  const struct names *names = __atomic_load_n(&all_names, __ATOMIC_ACQUIRE);
  while (names != NULL && names->type != type)
    names = names->next;
  return names;
}

static const struct names *names_of(const ProtobufCEnumDescriptor *type)
{
  const struct names *names = find_names(type);
  if (names != NULL)
    return names;
  pthread_mutex_lock(&growing);
  names = find_names(type); // another thread may have come first
  if (names == NULL) {
    struct names *made = make_names(type);
    made->next = all_names;
    __atomic_store_n(&all_names, made, __ATOMIC_RELEASE);
    names = made;
  }
  pthread_mutex_unlock(&growing);
  return names;
}

const char *vd_enum_name(const ProtobufCEnumDescriptor *type, int value)
{
  const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(type, value);
  return known != NULL ? names_of(type)->of[known - type->values] : NULL;
}

bool vd_enum_parse(const ProtobufCEnumDescriptor *type, const char *name, int *value)
{
  const struct names *names = names_of(type);
  for (unsigned i = 0; i < type->n_values; i++) {
    if (strcmp(names->of[i], name) == 0) {
      *value = type->values[i].value;
      return true;
    }
  }
  return false;
}
