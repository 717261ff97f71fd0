// What the fuzz targets share. Each target is one file that hands a stranger's bytes to one room and checks
// what must hold whatever they are. It is built twice: for libFuzzer (README.md), and with run.c as a quick
// test.
#ifndef VD_TESTS_FUZZ_FUZZ_H
#define VD_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Ends the process, so that libFuzzer and run.c both keep the input.
#define FUZZ_EXPECT(condition)                                                                               \
  ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), abort()))

#endif
