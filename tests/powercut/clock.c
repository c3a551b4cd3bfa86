/* Shows a program another wall clock than the machine's, so that a test can let days go by.
 *
 * Loaded with LD_PRELOAD. $TL_CLOCK_FILE holds one signed number of 8 bytes in the machine's order:
 * how many microseconds the shown clock is ahead. It is read anew at every look, so that a test
 * moves all programs at once. Only the wall clock is moved: time that waits and time-outs measure
 * goes on as it does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("TL_CLOCK_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        ahead = mapped;
}

static int real_time(clockid_t which, struct timespec *now)
{
    static int (*call)(clockid_t, struct timespec *);
    if (!call)
        call = dlsym(RTLD_NEXT, "clock_gettime");
    return call(which, now);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    int done = real_time(which, now);
    if (done != 0 || !ahead || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE))
        return done;
    int64_t micros = (int64_t)now->tv_sec * 1000000 + now->tv_nsec / 1000 + *ahead;
    if (micros < 0)
        micros = 0;
    now->tv_sec = micros / 1000000;
    now->tv_nsec = micros % 1000000 * 1000 + now->tv_nsec % 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec shown;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &shown);
    now->tv_sec = shown.tv_sec;
    now->tv_usec = shown.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept)
{
    struct timespec shown;
    clock_gettime(CLOCK_REALTIME, &shown);
    if (kept)
        *kept = shown.tv_sec;
    return shown.tv_sec;
}
