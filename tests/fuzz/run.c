// A fuzz target as a test: its corpus, then mutations of it from a seed. No coverage guides them, so they
// find little that libFuzzer would not; they keep the targets and what was found from rotting.
//
//   run TARGET FOLDER      SEED=n, RUNS=n from the environment
//
// A child does the work, so that its parent can tell (and keep) the input it died of.
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/message.h"
#include "tests/fuzz/fuzz.h"

enum { INPUTS_MAX = 256, INPUT_MAX = 1 << 16, RUNS = 2000, CHANGES_MAX = 4 };

struct input {
  uint8_t *data;
  size_t size;
};

struct run {
  const char *target;
  struct input corpus[INPUTS_MAX];
  size_t corpus_size;
  uint64_t seed;
  uint64_t runs;
  volatile uint64_t *at; // shared: the number of the input under way; the corpus comes first
};

static struct input read_input(const char *folder, const char *name)
{
  struct vd_buffer path = {0};
  vd_buffer_printf(&path, "%s/%s", folder, name);
  vd_buffer_append(&path, "", 1);
  FILE *file = fopen((const char *)path.data, "rb");
  vd_buffer_finish(&path);
  struct input input = {.data = vd_alloc(INPUT_MAX)};
  if (file == NULL) {
    fprintf(stderr, "%s: %s\n", name, strerror(errno));
    exit(2);
  }
  input.size = fread(input.data, 1, INPUT_MAX, file);
  fclose(file);
  return input;
}

static int is_visible(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static void read_corpus(struct run *run, const char *folder)
{
  struct dirent **names;
  int count = scandir(folder, &names, is_visible, alphasort);
  if (count <= 0 || count > INPUTS_MAX) {
    fprintf(stderr, "%s: no corpus\n", folder);
    exit(2);
  }
  for (int i = 0; i < count; i++) {
    run->corpus[run->corpus_size++] = read_input(folder, names[i]->d_name);
    free(names[i]);
  }
  free(names);
}

// ---- mutations: a pure function of corpus, seed and number ----

static uint64_t draw(uint64_t *state, uint64_t limit)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return limit > 0 ? (*state * 0x2545F4914F6CDD1Du >> 11) % limit : 0;
}

// Puts `size` bytes in at `at`, over `over` bytes.
static void splice(struct input *input, size_t at, size_t over, const uint8_t *bytes, size_t size)
{
  over = over < input->size - at ? over : input->size - at;
  if (input->size - over + size > INPUT_MAX)
    return;
  memmove(input->data + at + size, input->data + at + over, input->size - at - over);
  memcpy(input->data + at, bytes, size);
  input->size += size - over;
}

static void change(struct input *input, const struct run *run, uint64_t *state)
{
  static const uint8_t odd[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '\n', ' ', '"',
                                '\'', '{',  ':',  '-',  '%',  '&',  '0'};
  size_t at = draw(state, input->size + 1), left = input->size - at;
  uint8_t bytes[64];
  const struct input *other = &run->corpus[draw(state, run->corpus_size)];
  size_t from = draw(state, other->size + 1);
  size_t size = draw(state, sizeof bytes < other->size - from ? sizeof bytes + 1 : other->size - from + 1);
  switch (draw(state, 5)) {
  case 0: // a bit
    if (left > 0)
      input->data[at] ^= (uint8_t)(1 << draw(state, 8));
    return;
  case 1: // a byte
    bytes[0] = odd[draw(state, sizeof odd)];
    splice(input, at, draw(state, 2), bytes, 1);
    return;
  case 2: // a hole
    splice(input, at, draw(state, 16), bytes, 0);
    return;
  case 3: // a piece twice
    size = left < sizeof bytes ? left : sizeof bytes;
    memcpy(bytes, input->data + at, size);
    splice(input, at, 0, bytes, size);
    return;
  default: // a piece of another
    memcpy(bytes, other->data + from, size);
    splice(input, at, draw(state, 2) * size, bytes, size);
  }
}

static struct input input_of(const struct run *run, uint64_t number)
{
  struct input input = {.data = vd_zalloc(INPUT_MAX)};
  uint64_t state = (run->seed + 1) * 0x9E3779B97F4A7C15u ^ (number + 1) * 0xD1B54A32D192ED03u;
  bool is_mutated = number >= run->corpus_size;
  const struct input *parent = &run->corpus[is_mutated ? draw(&state, run->corpus_size) : number];
  memcpy(input.data, parent->data, parent->size);
  input.size = parent->size;
  for (uint64_t i = is_mutated ? 1 + draw(&state, CHANGES_MAX) : 0; i > 0; i--)
    change(&input, run, &state);
  return input;
}

// ---- running ----

static void run_all(const struct run *run)
{
  for (uint64_t i = 0; i < run->corpus_size + run->runs; i++) {
    *run->at = i;
    struct input input = input_of(run, i);
    uint8_t *exact = vd_alloc(input.size > 0 ? input.size : 1); // so that reading beyond it is seen
    memcpy(exact, input.data, input.size);
    LLVMFuzzerTestOneInput(exact, input.size);
    free(exact);
    free(input.data);
  }
  *run->at = run->corpus_size + run->runs; // beyond the last: leaks are looked for now
}

static void keep_input(const struct run *run, uint64_t number)
{
  struct vd_buffer name = {0};
  struct input input = input_of(run, number);
  vd_buffer_printf(&name, "fuzz-%s-%llu", run->target, (unsigned long long)number);
  vd_buffer_append(&name, "", 1);
  FILE *file = fopen((const char *)name.data, "wb");
  if (file != NULL) {
    fwrite(input.data, 1, input.size, file);
    fclose(file);
    printf("# kept as %s\n", (const char *)name.data);
  }
  vd_buffer_finish(&name);
  free(input.data);
}

static bool run_in_child(const struct run *run)
{
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    run_all(run);
    exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    return false;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return true;
  printf("# %s at input %llu, status %d\n", WIFSIGNALED(status) ? "killed" : "ended",
         (unsigned long long)*run->at, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  if (*run->at < run->corpus_size + run->runs)
    keep_input(run, *run->at);
  return false;
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
  const char *given = getenv(name);
  return given != NULL ? strtoull(given, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
  if (argc != 3) {
    fprintf(stderr, "usage: %s TARGET FOLDER\n", argv[0]);
    return 2;
  }
  static struct run run;
  run.target = argv[1];
  run.seed = number_of("SEED", 20230518);
  run.runs = number_of("RUNS", RUNS);
  run.at = mmap(NULL, sizeof *run.at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (run.at == MAP_FAILED)
    return 2;
  read_corpus(&run, argv[2]);
  printf("1..1\n# seed %llu\n", (unsigned long long)run.seed);
  bool is_good = run_in_child(&run);
  printf("%sok 1 - %s: %zu inputs kept, %llu mutations\n", is_good ? "" : "not ", run.target, run.corpus_size,
         (unsigned long long)run.runs);
  for (size_t i = 0; i < run.corpus_size; i++)
    free(run.corpus[i].data);
  return is_good ? 0 : 1;
}
