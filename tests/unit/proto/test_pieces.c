#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "proto/message.h"
#include "proto/pieces.h"
#include "proto/plan.pb-c.h"

enum { PIECE_MAX = 512 };

static Vd__Plan *plan_of(unsigned zones, unsigned devices)
{
  Vd__Plan *plan = (Vd__Plan *)vd_message_new(&vd__plan__descriptor);
  plan->version = 1;
  plan->event = (Vd__PlanEvent *)vd_message_new(&vd__plan_event__descriptor);
  plan->event->participants = 800;
  char id[32];
  for (unsigned i = 0; i < zones; i++) {
    Vd__PlanZone *zone = (Vd__PlanZone *)vd_message_new(&vd__plan_zone__descriptor);
    snprintf(id, sizeof id, "zone-%u", i);
    vd_string_set(&zone->id, id);
    VD_REPEATED_ADD(plan->zones, plan->n_zones, zone);
  }
  for (unsigned i = 0; i < devices; i++) {
    Vd__PlanDevice *device = (Vd__PlanDevice *)vd_message_new(&vd__plan_device__descriptor);
    snprintf(id, sizeof id, "device-%u", i);
    vd_string_set(&device->id, id);
    VD_REPEATED_ADD(plan->devices, plan->n_devices, device);
  }
  return plan;
}

static void expect_whole(const Vd__Plan *plan, unsigned least)
{
  struct vd_pieces pieces = {.whole = &plan->base};
  struct vd_buffer bytes = {0};
  unsigned count = 0;
  while (pieces.whole != NULL) {
    Vd__Plan piece;
    vd_pieces_take(&pieces, &piece.base, PIECE_MAX);
    cr_expect_leq(vd_buffer_pack(&bytes, &piece.base), PIECE_MAX);
    count++;
  }
  cr_expect_geq(count, least);
  Vd__Plan *merged = vd__plan__unpack(NULL, bytes.size, bytes.data);
  cr_assert_not_null(merged);
  cr_expect(vd_message_is_same(&plan->base, &merged->base));
  vd__plan__free_unpacked(merged, NULL);
  vd_buffer_finish(&bytes);
}

Test(pieces, merge_to_the_whole)
{
  for (unsigned zones = 0; zones < 60; zones += 7)
    for (unsigned devices = 0; devices < 60; devices += 7) {
      Vd__Plan *plan = plan_of(zones, devices);
      expect_whole(plan, 1 + (zones * 8 + devices * 10) / PIECE_MAX);
      vd__plan__free_unpacked(plan, NULL);
    }
}

Test(pieces, an_entry_larger_than_a_piece_is_one)
{
  Vd__Plan *plan = plan_of(1, 1);
  char long_name[2 * PIECE_MAX] = {0};
  memset(long_name, 'x', sizeof long_name - 1);
  vd_string_set(&plan->zones[0]->backup, long_name);
  struct vd_pieces pieces = {.whole = &plan->base};
  Vd__Plan piece;
  vd_pieces_take(&pieces, &piece.base, PIECE_MAX);
  cr_expect_eq(piece.n_zones, 1);
  cr_expect_eq(piece.n_devices, 0);
  vd_pieces_take(&pieces, &piece.base, PIECE_MAX);
  cr_expect_eq(piece.n_zones, 0);
  cr_expect_eq(piece.n_devices, 1);
  cr_expect_null(pieces.whole);
  vd__plan__free_unpacked(plan, NULL);
}
