/* Writes down what a program does to the files of one directory, so that a test can cut its power.
 *
 * Loaded with LD_PRELOAD. A call that changes something below $TL_POWERCUT_DIR, or makes it
 * durable, is carried out as always and then appended to $TL_POWERCUT_LOG, in one order for all
 * threads. What a disk may hold after a cut is worked out from that by tests/src/powercut.rs; this
 * file decides nothing. Calls that would change a file without passing here (copy_file_range,
 * sendfile) are refused, so that the program takes the way that is seen.
 *
 * A record: kind (1 byte), inode and number (8 bytes each), lengths of two texts (4 bytes each),
 * all in the machine's order, then the texts.
 *   C created: path          W written: at number, bytes      T cut or grown: to number bytes
 *   S file synced            D folder synced: path            P mapped for writing
 *   R renamed: from, to      U removed: path                  M folder made: path
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
#define FILES_MAX 4096
#define PARTS_MAX 64

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int log_file = -1;
static dev_t device;
/* Inodes of the files that were opened below the folder. */
static ino_t known[FILES_MAX];
static size_t known_count;

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("TL_POWERCUT_LOG");
    struct stat about;
    folder = getenv("TL_POWERCUT_DIR");
    if (!path || !folder || stat(folder, &about) != 0)
        return;
    folder_length = strlen(folder);
    device = about.st_dev;
    int opened = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* Out of the way of the numbers that the program expects. */
    log_file = fcntl(opened, F_DUPFD_CLOEXEC, 900);
    close(opened);
}

static int below(const char *path)
{
    return log_file >= 0 && path && strncmp(path, folder, folder_length) == 0
        && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_known(int file, struct stat *about)
{
    if (log_file < 0 || fstat(file, about) != 0 || about->st_dev != device)
        return 0;
    for (size_t at = 0; at < known_count; at++)
        if (known[at] == about->st_ino)
            return 1;
    return 0;
}

static void note(char kind, uint64_t inode, uint64_t number, const struct iovec *first,
                 size_t parts, const void *second, uint32_t second_length)
{
    struct iovec all[PARTS_MAX + 2];
    char head[25];
    uint32_t length = 0;
    if (parts > PARTS_MAX)
        abort();
    for (size_t at = 0; at < parts; at++) {
        all[at + 1] = first[at];
        length += first[at].iov_len;
    }
    head[0] = kind;
    memcpy(head + 1, &inode, 8);
    memcpy(head + 9, &number, 8);
    memcpy(head + 17, &length, 4);
    memcpy(head + 21, &second_length, 4);
    all[0] = (struct iovec){head, sizeof head};
    all[parts + 1] = (struct iovec){(void *)second, second_length};
    if (REAL(writev)(log_file, all, parts + 2) < 0)
        abort();
}

static void note_name(char kind, uint64_t inode, const char *path, const char *second)
{
    struct iovec text = {(void *)path, strlen(path)};
    note(kind, inode, 0, &text, 1, second, second ? strlen(second) : 0);
}

static void lock(void)
{
    pthread_mutex_lock(&one_at_a_time);
}

static void unlock(void)
{
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
}

typedef int (*open_call)(const char *, int, ...);

static int open_seen(open_call call, const char *path, int flags, mode_t mode)
{
    struct stat about;
    if (!below(path))
        return call(path, flags, mode);
    lock();
    int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
    int file = call(path, flags, mode);
    if (file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode)) {
        if (is_new)
            note_name('C', about.st_ino, path, NULL);
        else if (flags & O_TRUNC)
            note('T', about.st_ino, 0, NULL, 0, NULL, 0);
        if (!is_known(file, &about)) {
            if (known_count == FILES_MAX)
                abort();
            known[known_count++] = about.st_ino;
        }
    }
    unlock();
    return file;
}

#define MODE_OF_CALL(flags)                   \
    mode_t mode = 0;                          \
    if (flags & (O_CREAT | O_TMPFILE)) {      \
        va_list rest;                         \
        va_start(rest, flags);                \
        mode = va_arg(rest, mode_t);          \
        va_end(rest);                         \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF_CALL(flags)
    return open_seen(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF_CALL(flags)
    return open_seen(REAL(open64), path, flags, mode);
}

static void note_written(int file, ssize_t count, off_t offset, const struct iovec *parts, int many)
{
    struct stat about;
    struct iovec done[PARTS_MAX];
    size_t used = 0, left = count > 0 ? (size_t)count : 0;
    if (many > PARTS_MAX)
        abort();
    for (int at = 0; at < many && left > 0; at++) {
        size_t length = parts[at].iov_len < left ? parts[at].iov_len : left;
        done[used++] = (struct iovec){parts[at].iov_base, length};
        left -= length;
    }
    fstat(file, &about);
    if (offset < 0)
        offset = lseek(file, 0, SEEK_CUR) - count;
    if (count > 0)
        note('W', about.st_ino, offset, done, used, NULL, 0);
}

#define WRITE(file, call, offset, parts, many)           \
    struct stat about;                                   \
    if (!is_known(file, &about))                         \
        return call;                                     \
    lock();                                              \
    ssize_t count = call;                                \
    if (count > 0)                                       \
        note_written(file, count, offset, parts, many);  \
    unlock();                                            \
    return count;

ssize_t write(int file, const void *bytes, size_t length)
{
    struct iovec part = {(void *)bytes, length};
    WRITE(file, REAL(write)(file, bytes, length), -1, &part, 1)
}

ssize_t writev(int file, const struct iovec *parts, int many)
{
    WRITE(file, REAL(writev)(file, parts, many), -1, parts, many)
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    struct iovec part = {(void *)bytes, length};
    WRITE(file, REAL(pwrite)(file, bytes, length, offset), offset, &part, 1)
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset)
{
    struct iovec part = {(void *)bytes, length};
    WRITE(file, REAL(pwrite64)(file, bytes, length, offset), offset, &part, 1)
}

/* The length that a file has after the call, when it changed. */
#define RESIZE(file, call)                                              \
    struct stat before, after;                                          \
    if (!is_known(file, &before))                                       \
        return call;                                                    \
    lock();                                                             \
    int done = call;                                                    \
    if (fstat(file, &after) == 0 && after.st_size != before.st_size)    \
        note('T', after.st_ino, after.st_size, NULL, 0, NULL, 0);       \
    unlock();                                                           \
    return done;

int ftruncate(int file, off_t length)
{
    RESIZE(file, REAL(ftruncate)(file, length))
}

int ftruncate64(int file, off64_t length)
{
    RESIZE(file, REAL(ftruncate64)(file, length))
}

int posix_fallocate(int file, off_t offset, off_t length)
{
    RESIZE(file, REAL(posix_fallocate)(file, offset, length))
}

int posix_fallocate64(int file, off64_t offset, off64_t length)
{
    RESIZE(file, REAL(posix_fallocate64)(file, offset, length))
}

int fallocate(int file, int mode, off_t offset, off_t length)
{
    RESIZE(file, REAL(fallocate)(file, mode, offset, length))
}

int fallocate64(int file, int mode, off64_t offset, off64_t length)
{
    RESIZE(file, REAL(fallocate64)(file, mode, offset, length))
}

static int sync_seen(int (*call)(int), int file)
{
    struct stat about;
    char link[64], path[PATH_MAX];
    int is_folder = log_file >= 0 && fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
    if (!is_folder && !is_known(file, &about))
        return call(file);
    lock();
    int done = call(file);
    if (done == 0 && is_folder) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        if (below(path))
            note_name('D', about.st_ino, path, NULL);
    } else if (done == 0) {
        note('S', about.st_ino, 0, NULL, 0, NULL, 0);
    }
    unlock();
    return done;
}

int fsync(int file)
{
    return sync_seen(REAL(fsync), file);
}

int fdatasync(int file)
{
    return sync_seen(REAL(fdatasync), file);
}

static void *map_seen(void *mapped, int protection, int flags, int file)
{
    struct stat about;
    int writes = (protection & PROT_WRITE) && (flags & MAP_SHARED);
    if (mapped != MAP_FAILED && writes && file >= 0 && is_known(file, &about)) {
        lock();
        note('P', about.st_ino, 0, NULL, 0, NULL, 0);
        unlock();
    }
    return mapped;
}

void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    void *mapped = REAL(mmap)(at, length, protection, flags, file, offset);
    return map_seen(mapped, protection, flags, file);
}

void *mmap64(void *at, size_t length, int protection, int flags, int file, off64_t offset)
{
    void *mapped = REAL(mmap64)(at, length, protection, flags, file, offset);
    return map_seen(mapped, protection, flags, file);
}

#define NAME(kind, path, call)                 \
    if (!below(path))                          \
        return call;                           \
    lock();                                    \
    int done = call;                           \
    if (done == 0)                             \
        note_name(kind, 0, path, NULL);        \
    unlock();                                  \
    return done;

int unlink(const char *path)
{
    NAME('U', path, REAL(unlink)(path))
}

int rmdir(const char *path)
{
    NAME('U', path, REAL(rmdir)(path))
}

int mkdir(const char *path, mode_t mode)
{
    NAME('M', path, REAL(mkdir)(path, mode))
}

int rename(const char *from, const char *to)
{
    if (!below(from) && !below(to))
        return REAL(rename)(from, to);
    /* A file that comes from outside or goes there is nothing that the agent does. */
    if (!below(from) || !below(to))
        abort();
    lock();
    int done = REAL(rename)(from, to);
    if (done == 0)
        note_name('R', 0, from, to);
    unlock();
    return done;
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t length,
                        unsigned int flags)
{
    struct stat about;
    if (!is_known(to, &about))
        return REAL(copy_file_range)(from, at, to, there, length, flags);
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t length)
{
    struct stat about;
    if (!is_known(to, &about)) {
        ssize_t (*call)(int, int, off64_t *, size_t) = real("sendfile64");
        return call(to, from, at, length);
    }
    errno = ENOSYS;
    return -1;
}
