// The arithmetic of the forecast (supply.h). Amounts are thousandths of a unit, rates those per minute.
#include <string.h>

#include "daemon/core/session.h"
#include "daemon/core/supply_internal.h"

static const int64_t MINUTE_MS = 60000;
static const int64_t UNIT = 1000;
enum { ERRORS_COUNTED = 16, SHARE = 1000 };

// ---- the agenda ----

void vd_phases_look(const struct vd_venue *venue, int64_t from_ms, int64_t now_ms, struct vd_phases *phases)
{
  int64_t until_ms = now_ms + VD_SUPPLY_SIGHT_MS, first_ms = now_ms - VD_SUPPLY_SIGHT_MS;
  phases->from_ms = from_ms > first_ms ? from_ms : first_ms;
  phases->count = 0;
  for (int64_t at_ms = phases->from_ms; at_ms < until_ms && phases->count < VD_PHASES_MAX;) {
    struct vd_phase *phase = &phases->items[phases->count++];
    phase->is_break = vd_session_is_break(venue, at_ms, &phase->until_ms);
    at_ms = phase->until_ms;
  }
  phases->items[phases->count - 1].until_ms = VD_NEVER;
}

// ---- what goes ----

struct vd_stock vd_supply_stock(const Vd__Supply *supply)
{
  return (struct vd_stock){supply->level, supply->level_at_ms, {supply->rate_idle, supply->rate_break}};
}

// How long either phase is between the two moments.
struct spans {
  int64_t of[2]; // outside, in a break
};

static struct spans spans_of(const struct vd_phases *phases, int64_t from_ms, int64_t until_ms)
{
  struct spans spans = {{0, 0}};
  int64_t begins_ms = phases->from_ms;
  for (size_t i = 0; i < phases->count && begins_ms < until_ms; i++) {
    const struct vd_phase *phase = &phases->items[i];
    int64_t first_ms = begins_ms > from_ms ? begins_ms : from_ms;
    int64_t last_ms = phase->until_ms < until_ms ? phase->until_ms : until_ms;
    if (first_ms < last_ms)
      spans.of[phase->is_break] += last_ms - first_ms;
    begins_ms = phase->until_ms;
  }
  return spans;
}

static int64_t burnt(const struct vd_stock *stock, const struct spans *spans, bool is_break)
{
  return (int64_t)stock->rates[is_break] * spans->of[is_break] / MINUTE_MS;
}

static int64_t left_of(const struct vd_stock *stock, const struct vd_phases *phases, int64_t at_ms)
{
  struct spans spans = spans_of(phases, stock->at_ms, at_ms);
  int64_t left = stock->level * UNIT - burnt(stock, &spans, false) - burnt(stock, &spans, true);
  return left > 0 ? left : 0;
}

uint32_t vd_supply_left(const struct vd_venue *venue, const struct vd_stock *stock, int64_t at_ms,
                        int64_t now_ms)
{
  struct vd_phases phases;
  vd_phases_look(venue, stock->at_ms, now_ms, &phases);
  return (uint32_t)(left_of(stock, &phases, at_ms) / UNIT);
}

// When nothing is left, 0 if that is not within sight. Amounts here are times a minute, so that nothing is
// rounded on the way.
static int64_t run_out(const struct vd_stock *stock, const struct vd_phases *phases)
{
  int64_t until_ms = stock->at_ms + VD_SUPPLY_SIGHT_MS;
  int64_t left = stock->level * UNIT * MINUTE_MS, begins_ms = phases->from_ms;
  if (left == 0)
    return stock->at_ms;
  for (size_t i = 0; i < phases->count && begins_ms < until_ms; i++) {
    const struct vd_phase *phase = &phases->items[i];
    int64_t first_ms = begins_ms > stock->at_ms ? begins_ms : stock->at_ms;
    int64_t last_ms = phase->until_ms < until_ms ? phase->until_ms : until_ms;
    int64_t rate = stock->rates[phase->is_break];
    begins_ms = phase->until_ms;
    if (first_ms >= last_ms)
      continue;
    if (rate * (last_ms - first_ms) >= left)
      return first_ms + (left + rate - 1) / rate;
    left -= rate * (last_ms - first_ms);
  }
  return 0;
}

// ---- its own error ----

void vd_supply_judge_from_here(Vd__Supply *supply)
{
  supply->judged_level = supply->level;
  supply->judged_at_ms = supply->level_at_ms;
  supply->judged_idle = supply->rate_idle;
  supply->judged_break = supply->rate_break;
}

void vd_supply_judge(const struct vd_venue *venue, Vd__Supply *supply, uint32_t level, int64_t at_ms,
                     int64_t now_ms)
{
  int64_t stretch_ms = at_ms - supply->judged_at_ms;
  if (stretch_ms < VD_SUPPLY_STRETCH_MS || stretch_ms > VD_SUPPLY_SIGHT_MS || supply->par == 0 ||
      level > supply->judged_level)
    return;
  struct vd_stock stock = {
      supply->judged_level, supply->judged_at_ms, {supply->judged_idle, supply->judged_break}};
  struct vd_phases phases;
  vd_phases_look(venue, stock.at_ms, now_ms, &phases);
  int64_t apart = left_of(&stock, &phases, at_ms) - level * UNIT;
  int64_t error = (apart < 0 ? -apart : apart) / supply->par;
  int64_t before = supply->errors < ERRORS_COUNTED ? supply->errors : ERRORS_COUNTED - 1;
  int64_t sum = supply->error_permille * before + error;
  supply->error_permille = (uint32_t)((sum + (before + 1) / 2) / (before + 1));
  supply->errors++;
}

// ---- learning ----

static void teach(uint32_t *rate, int64_t went, int64_t span_ms)
{
  if (span_ms == 0)
    return;
  int64_t seen = went * MINUTE_MS / span_ms;
  if (seen > VD_SUPPLY_RATE_MAX)
    seen = VD_SUPPLY_RATE_MAX;
  *rate = (uint32_t)(*rate + (seen - *rate) * span_ms / (span_ms + VD_SUPPLY_SETTLE_MS));
}

// The share of a break in what went, in thousandths.
static int64_t break_share(const struct vd_stock *stock, const struct spans *spans)
{
  int64_t idle = burnt(stock, spans, false), in_break = burnt(stock, spans, true);
  if (idle + in_break > 0)
    return in_break * SHARE / (idle + in_break);
  return spans->of[true] * SHARE / (spans->of[false] + spans->of[true]);
}

// Of an empty table nobody knows what would have gone: it says something only if it was not expected yet.
static bool says_something(const struct vd_stock *rated, const struct vd_phases *phases, uint32_t level,
                           int64_t at_ms)
{
  if (level > 0)
    return level <= rated->level;
  int64_t expected_ms = run_out(rated, phases);
  return expected_ms == 0 || expected_ms > at_ms;
}

void vd_supply_learn(const struct vd_venue *venue, Vd__Supply *supply, uint32_t level, int64_t at_ms,
                     int64_t now_ms)
{
  int64_t stretch_ms = at_ms - supply->rated_at_ms;
  if (stretch_ms < VD_SUPPLY_STRETCH_MS)
    return;
  struct vd_stock rated = {supply->rated_level, supply->rated_at_ms, {supply->rate_idle, supply->rate_break}};
  struct vd_phases phases;
  vd_phases_look(venue, rated.at_ms, now_ms, &phases);
  if (stretch_ms <= VD_SUPPLY_SIGHT_MS && says_something(&rated, &phases, level, at_ms)) {
    struct spans spans = spans_of(&phases, rated.at_ms, at_ms);
    int64_t went = (rated.level - level) * UNIT;
    int64_t in_break = went * break_share(&rated, &spans) / SHARE;
    teach(&supply->rate_idle, went - in_break, spans.of[false]);
    teach(&supply->rate_break, in_break, spans.of[true]);
  }
  supply->rated_level = level;
  supply->rated_at_ms = at_ms;
}

// ---- the forecast ----

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
  if (a_ms == 0 || b_ms == 0)
    return a_ms + b_ms;
  return a_ms < b_ms ? a_ms : b_ms;
}

static int64_t not_before(int64_t at_ms, int64_t now_ms)
{
  return at_ms != 0 && at_ms < now_ms ? now_ms : at_ms;
}

bool vd_supply_is_near(const Vd__Supply *supply, int64_t at_ms, int64_t now_ms)
{
  return at_ms != 0 && at_ms - supply->lead_ms <= now_ms;
}

// What people knew when they cancelled is no news, until clearly less is left, or more.
static bool is_still_waived(const Vd__Supply *supply, int64_t run_out_ms, int64_t now_ms)
{
  uint64_t tenth = ((uint64_t)supply->par + 9) / 10;
  bool is_as_much = supply->level <= supply->waived_level && supply->level + tenth > supply->waived_level &&
                    (supply->level > 0 || supply->waived_level == 0);
  return supply->run_out_waived && is_as_much && vd_supply_is_near(supply, run_out_ms, now_ms);
}

struct vd_forecast vd_supply_forecast(const struct vd_venue *venue, const Vd__Supply *supply,
                                      const struct vd_phases *phases, int64_t now_ms)
{
  struct vd_forecast forecast = {0, 0, 0, false};
  if (!supply->is_known)
    return forecast;
  struct vd_stock stock = vd_supply_stock(supply);
  if (!supply->retired && now_ms <= stock.at_ms + VD_SUPPLY_SIGHT_MS)
    forecast.run_out_ms = not_before(run_out(&stock, phases), now_ms);
  if (supply->holding_ms > 0)
    forecast.stale_ms = supply->filled_at_ms + supply->holding_ms;
  forecast.run_out_waived = is_still_waived(supply, forecast.run_out_ms, now_ms);
  int64_t needed_ms =
      sooner(forecast.run_out_waived ? 0 : forecast.run_out_ms, supply->stale_waived ? 0 : forecast.stale_ms);
  if (needed_ms != 0 && needed_ms < vd_venue_event(venue)->end_at_ms && !supply->retired)
    forecast.refill_ms = not_before(needed_ms - supply->lead_ms, now_ms);
  return forecast;
}
