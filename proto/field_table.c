#include "proto/field_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Descriptors lie one after the other in static storage, a few dozen bytes each.
static unsigned slot_of(const ProtobufCMessageDescriptor *type)
{
  uint64_t mixed = ((uint64_t)(uintptr_t)type >> 4) * 0x9E3779B97F4A7C15u;
  return (unsigned)(mixed >> 55) % VD_FIELD_TABLE_SLOTS;
}

// Where the type's row is, or the free one where it would be. The table is never full: see row_for.
static unsigned find(const struct vd_field_table *table, const ProtobufCMessageDescriptor *type)
{
  unsigned slot = slot_of(type);
  while (table->rows[slot].type != NULL && table->rows[slot].type != type)
    slot = (slot + 1) % VD_FIELD_TABLE_SLOTS;
  return slot;
}

_Noreturn static void reject(const struct vd_field_line *line, const char *why)
{
  fprintf(stderr, "field table: %s {%s}: %s\n", line->type->name, line->fields, why);
  abort();
}

static struct vd_field_row *row_for(struct vd_field_table *table, const struct vd_field_line *line)
{
  struct vd_field_row *row = &table->rows[find(table, line->type)];
  if (row->type == NULL) {
    unsigned used = 1;
    for (unsigned i = 0; i < VD_FIELD_TABLE_SLOTS; i++)
      used += table->rows[i].type != NULL;
    if (used > VD_FIELD_TABLE_SLOTS / 2 || line->type->n_fields > VD_FIELD_TABLE_FIELDS)
      reject(line, "the table is too small");
    row->type = line->type;
  }
  return row;
}

static void add_field(struct vd_field_row *row, const struct vd_field_line *line, const char *name,
                      size_t size)
{
  for (unsigned i = 0; i < line->type->n_fields; i++) {
    const char *known = line->type->fields[i].name;
    if (strlen(known) != size || memcmp(known, name, size) != 0)
      continue;
    if (row->values[i] != 0)
      reject(line, "a field has a line already");
    row->values[i] = line->value;
    return;
  }
  reject(line, "there is no such field");
}

void vd_field_table_build(struct vd_field_table *table, const struct vd_field_line *lines, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    struct vd_field_row *row = row_for(table, &lines[i]);
    for (const char *name = lines[i].fields; *name != '\0';) {
      size_t size = strcspn(name, " ");
      add_field(row, &lines[i], name, size);
      name += size + (name[size] == ' ');
    }
  }
}

const uint8_t *vd_field_table_row(const struct vd_field_table *table, const ProtobufCMessageDescriptor *type)
{
  static const uint8_t nothing[VD_FIELD_TABLE_FIELDS];
  const struct vd_field_row *row = &table->rows[find(table, type)];
  return row->type != NULL ? row->values : nothing;
}
