#include "db/cluster_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/str.h"
#include "db/cluster.h"
#include "db/cluster_place.h"

#define LOG_MAX_BYTES (8 * 1024 * 1024)
#define FAST_SHUTDOWN_MS 30000
#define HARD_SHUTDOWN_MS 5000
#define MEGABYTE (1024 * 1024)

#define PID_LINE_PID 0
#define PID_LINE_SOCKET 4
#define PID_LINE_SHARED_MEMORY 6
#define PID_LINE_STATUS 7
#define PID_LINES 8

/* Each thread of both servers that asks may have a connection, each role that runs separately brings its own. */
void
cluster_settings_from(const struct config *config, struct cluster_settings *ret_settings)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t polling = config->http_threads ? config->http_threads : processors * 2 < 4 ? 4 : processors * 2;
    int64_t hashing = config->password_threads ? config->password_threads : processors;
    int64_t wanted = 2 * (polling + config->waiter_threads + config->handler_threads + hashing) + 2 * config->media_workers + config->outgoing_threads + 32;

    ret_settings->durable = config->database_durable;
    ret_settings->max_connections = (int)(wanted < 100 ? 100 : wanted);
    ret_settings->memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

bool
cluster_make_folders(const char *path)
{
    char copy[PATH_MAX];

    if (!*path || strlen(path) >= sizeof copy)
        return false;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *c = copy + 1;; c++) {
        if (*c != '/' && *c)
            continue;
        char kept = *c;

        *c = 0;
        if (mkdir(copy, kept ? 0755 : 0700) < 0 && errno != EEXIST && errno != EISDIR && errno != EROFS)
            return false;
        *c = kept;
        if (!kept)
            return true;
    }
}

/* In the child. Nothing here may allocate or lock: the parent has other threads. */
static void
become_program(const struct cluster_place *place, const char *const argv[], int log_fd, int death_signal, pid_t parent)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL};
    static const char complaint[] = "cannot become the database's user, or its program is gone\n";
    sigset_t none;
    int null_fd;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    null_fd = open("/dev/null", O_RDONLY);
    dup2(null_fd, STDIN_FILENO);
    close_range(3, ~0U, 0);
    umask(077);
    /* After the change of user, which clears it; and the parent may have died before. */
    if (cluster_become(place) && chdir(place->folder) == 0 && prctl(PR_SET_PDEATHSIG, death_signal) == 0) {
        if (getppid() != parent)
            _exit(125);
        execve(argv[0], (char *const *)argv, (char *const *)environment); /* does not write to them */
    }
    if (write(STDERR_FILENO, complaint, sizeof complaint - 1) < 0)
        _exit(124);
    _exit(126);
}

static int
spawn(const struct cluster_place *place, const char *const argv[], int death_signal, struct cluster_process *ret_process,
      char *error, size_t error_size)
{
    struct cluster_process process = {.pid_fd = -1};
    struct stat st;
    pid_t parent = getpid();
    int log_fd = open(place->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (log_fd < 0 || fstat(log_fd, &st) < 0 || (place->switch_user && fchown(log_fd, place->uid, place->gid) < 0)) {
        snprintf(error, error_size, "cannot write %s: %s", place->log, strerror(errno));
        if (log_fd >= 0)
            close(log_fd);
        return -1;
    }
    process.log_start = st.st_size;
    process.pid = fork();
    if (process.pid == 0)
        become_program(place, argv, log_fd, death_signal, parent);
    close(log_fd);
    process.pid_fd = process.pid > 0 ? pidfd_open(process.pid, 0) : -1;
    if (process.pid_fd < 0) {
        snprintf(error, error_size, "cannot start %s: %s", argv[0], strerror(errno));
        if (process.pid > 0)
            kill(process.pid, SIGKILL);
        return -1;
    }
    *ret_process = process;
    return 0;
}

/* Takes the exit status of a process whose pid_fd is readable. */
static void
reap(struct cluster_process *process)
{
    siginfo_t info = {0};

    if (waitid(P_PIDFD, (id_t)process->pid_fd, &info, WEXITED) == 0) {
        process->killed = info.si_code != CLD_EXITED;
        process->status = info.si_status;
    }
    close(process->pid_fd);
    process->pid_fd = -1;
}

bool
cluster_process_wait(struct cluster_process *process, int stop_fd, int timeout_ms)
{
    struct pollfd fds[] = {{.fd = process->pid_fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};

    if (process->pid_fd < 0)
        return true;
    if (poll(fds, COUNT_OF(fds), timeout_ms) > 0 && fds[0].revents) {
        reap(process);
        return true;
    }
    return false;
}

void
cluster_process_end(struct cluster_process *process)
{
    if (process->pid_fd < 0)
        return;
    kill(process->pid, SIGINT);
    if (cluster_process_wait(process, -1, FAST_SHUTDOWN_MS))
        return;
    log_warn("the database does not end; forcing it");
    kill(process->pid, SIGQUIT);
    if (cluster_process_wait(process, -1, HARD_SHUTDOWN_MS))
        return;
    kill(process->pid, SIGKILL);
    cluster_process_wait(process, -1, -1);
}

static bool
is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What an interrupted initdb left; run as the owner, so a link in there cannot make root delete something else. */
static int
remove_unfinished(const struct cluster_place *place, const char *unfinished, char *error, size_t error_size)
{
    const char *const argv[] = {"/bin/rm", "-rf", unfinished, NULL};
    struct cluster_process process;

    if (!is_folder(unfinished))
        return 0;
    if (spawn(place, argv, SIGKILL, &process, error, error_size) < 0)
        return -1;
    cluster_process_wait(&process, -1, -1);
    return 0;
}

int
cluster_create(const struct cluster_place *place, bool *ret_is_new, char *error, size_t error_size)
{
    char initdb[PATH_MAX], unfinished[PATH_MAX], version[PATH_MAX];
    struct cluster_process process;

    if (!cluster_path(initdb, sizeof initdb, place->bin, "initdb") ||
        !cluster_path(unfinished, sizeof unfinished, place->folder, "data.unfinished") ||
        !cluster_path(version, sizeof version, place->data, "PG_VERSION")) {
        snprintf(error, error_size, "the name of the data folder is too long");
        return -1;
    }
    if (access(version, F_OK) == 0) {
        *ret_is_new = false;
        return 0;
    }
    if (remove_unfinished(place, unfinished, error, error_size) < 0)
        return -1;
    log_info("making a new database", LOG_TEXT("folder", place->folder));
    /* Everybody who reaches the socket is trusted: its folder is closed to other users. */
    const char *const argv[] = {initdb, "-D", unfinished, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
                          "--auth-host=reject", "--no-sync", "--no-instructions", NULL};
    if (spawn(place, argv, SIGKILL, &process, error, error_size) < 0)
        return -1;
    cluster_process_wait(&process, -1, -1);
    if (process.killed || process.status != 0) {
        cluster_last_words(place, process.log_start, error, error_size);
        return -1;
    }
    if (rename(unfinished, place->data) < 0) {
        snprintf(error, error_size, "cannot rename %s: %s", unfinished, strerror(errno));
        return -1;
    }
    *ret_is_new = true;
    return 0;
}

void
cluster_flush(const struct cluster_place *place)
{
    int fd = open(place->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (syncfs(fd) < 0)
        log_warn("the new database could not be flushed to the disk", LOG_TEXT("error", strerror(errno)));
    close(fd);
}

static unsigned
split_lines(char *text, char *lines[], unsigned max)
{
    unsigned count = 0;

    while (count < max && *text) {
        lines[count++] = text;
        text += strcspn(text, "\n");
        if (*text)
            *text++ = 0;
    }
    return count;
}

/* Splits postmaster.pid into `lines`; returns their number. */
static unsigned
read_pid_file(const char *data, char *buffer, size_t size, char *lines[PID_LINES])
{
    char path[PATH_MAX];
    ssize_t len = -1;
    int fd = cluster_path(path, sizeof path, data, "postmaster.pid") ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

    if (fd >= 0) {
        len = read(fd, buffer, size - 1);
        close(fd);
    }
    if (len <= 0)
        return 0;
    buffer[len] = 0;
    return split_lines(buffer, lines, PID_LINES);
}

/* Is that process a PostgreSQL that works in `data`? A zombie works nowhere. */
static bool
works_in(int64_t pid, const char *data)
{
    char path[64], name[32] = "";
    struct stat at, want;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%lld/cwd", (long long)pid);
    if (stat(path, &at) < 0 || stat(data, &want) < 0 || at.st_dev != want.st_dev || at.st_ino != want.st_ino)
        return false;
    snprintf(path, sizeof path, "/proc/%lld/comm", (long long)pid);
    file = fopen(path, "re");
    if (file) {
        if (!fgets(name, sizeof name, file))
            *name = 0;
        fclose(file);
    }
    return text_equal(name, "postgres\n");
}

/* The process that postmaster.pid names, when it is a server that works in `data`; else 0. */
static pid_t
server_of(const char *data, char *const lines[], unsigned count)
{
    int64_t pid;

    return count > PID_LINE_PID && text_to_int64(lines[PID_LINE_PID], 1, INT32_MAX, &pid) && works_in(pid, data) ? (pid_t)pid : 0;
}

bool
cluster_server_ready(const struct cluster_place *place, pid_t pid)
{
    char buffer[PATH_MAX + 512], *lines[PID_LINES];
    unsigned count = read_pid_file(place->data, buffer, sizeof buffer, lines);
    int64_t found;

    return count > PID_LINE_STATUS && text_to_int64(lines[PID_LINE_PID], 1, INT32_MAX, &found) && found == pid &&
           text_starts_with(lines[PID_LINE_STATUS], "ready");
}

bool
cluster_running(const char *data_dir, char *ret_socket, size_t socket_size)
{
    char data[PATH_MAX], buffer[PATH_MAX + 512], *lines[PID_LINES];
    unsigned count;

    if (!cluster_path(data, sizeof data, data_dir, "pg/data"))
        return false;
    count = read_pid_file(data, buffer, sizeof buffer, lines);
    if (count <= PID_LINE_STATUS || !server_of(data, lines, count) || !text_starts_with(lines[PID_LINE_STATUS], "ready"))
        return false;
    snprintf(ret_socket, socket_size, "%s", lines[PID_LINE_SOCKET]);
    return true;
}

/* Any PostgreSQL that works in `data`, whatever postmaster.pid says; else 0. */
static pid_t
find_server(const char *data)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while (processes && !found && (entry = readdir(processes))) {
        int64_t pid;

        if (text_to_int64(entry->d_name, 1, INT32_MAX, &pid) && works_in(pid, data))
            found = (pid_t)pid;
    }
    if (processes)
        closedir(processes);
    return found;
}

/* Files of a server that is gone: postmaster.pid, the socket and its lock. PostgreSQL refuses to start where one names a process that
 * exists, and takes for that also a zombie or somebody else's process that got the number; where postmaster.pid is empty, it always
 * does. The socket's folder is ours alone, and so is the data folder while we hold its lock. */
static void
remove_stale_files(const struct cluster_place *place, char *const lines[], unsigned count)
{
    const struct { const char *folder, *name; } stale[] = {
        {place->data, "postmaster.pid"}, {place->socket, ".s.PGSQL.5432.lock"}, {place->socket, ".s.PGSQL.5432"}};
    char path[PATH_MAX];
    struct shmid_ds memory;
    const char *last_space;
    int64_t id;

    if (count > PID_LINE_SHARED_MEMORY && (last_space = strrchr(lines[PID_LINE_SHARED_MEMORY], ' ')) &&
        text_to_int64(last_space + 1, 0, INT32_MAX, &id) && shmctl((int)id, IPC_STAT, &memory) == 0 && memory.shm_nattch > 0)
        return; /* processes of the old server still work on the files */
    for (size_t i = 0; i < COUNT_OF(stale); i++)
        if (cluster_path(path, sizeof path, stale[i].folder, stale[i].name) && unlink(path) == 0)
            log_info("removed a file of a database server that is gone", LOG_TEXT("file", path));
}

/* Waits for a process of an old server, and pushes: a server is asked to shut down, what a killed one left behind is ended. */
static bool
end_process(pid_t pid, bool is_server)
{
    struct pollfd ended = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    bool gone;

    if (ended.fd < 0)
        return errno == ESRCH;
    kill(pid, is_server ? SIGINT : SIGQUIT);
    gone = poll(&ended, 1, FAST_SHUTDOWN_MS) > 0;
    if (!gone) {
        kill(pid, SIGQUIT);
        gone = poll(&ended, 1, HARD_SHUTDOWN_MS) > 0;
    }
    close(ended.fd);
    return gone;
}

bool
cluster_end_leftover(const struct cluster_place *place, char *error, size_t error_size)
{
    char buffer[PATH_MAX + 512], *lines[PID_LINES];
    unsigned count = read_pid_file(place->data, buffer, sizeof buffer, lines);
    pid_t server = server_of(place->data, lines, count), pid = server;

    if (pid)
        log_info("waiting for the database server of a Veza that was killed", LOG_INT("pid", pid));
    while (pid || (pid = find_server(place->data))) {
        if (!end_process(pid, pid == server)) {
            snprintf(error, error_size, "a PostgreSQL server (process %d) is still running in %s and does not end", pid, place->data);
            return false;
        }
        pid = 0;
    }
    remove_stale_files(place, lines, count);
    return true;
}

static void
rotate_log(const struct cluster_place *place)
{
    char old[PATH_MAX];
    struct stat st;

    if (lstat(place->log, &st) == 0 && st.st_size > LOG_MAX_BYTES && cluster_path(old, sizeof old, place->folder, "log.1"))
        (void)!rename(place->log, old);
}

/* Settings are given on the command line, so that a new version of Veza brings its own to an old cluster. */
#define SETTING_MAX 160
#define SETTINGS_MAX 40

struct arguments {
    char texts[SETTINGS_MAX][SETTING_MAX];
    const char *argv[2 * SETTINGS_MAX + 8];
    unsigned texts_count, argc;
};

static void __attribute__((format(printf, 2, 3)))
set(struct arguments *a, const char *format, ...)
{
    va_list values;

    if (a->texts_count == SETTINGS_MAX)
        abort(); /* a setting must not be missing: raise SETTINGS_MAX */
    va_start(values, format);
    vsnprintf(a->texts[a->texts_count], SETTING_MAX, format, values);
    va_end(values);
    a->argv[a->argc++] = "-c";
    a->argv[a->argc++] = a->texts[a->texts_count++];
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void
choose_settings(struct arguments *a, const struct cluster_place *place, const struct cluster_settings *s)
{
    int64_t memory_mb = s->memory_bytes / MEGABYTE;

    set(a, "listen_addresses=");
    set(a, "port=5432");
    set(a, "unix_socket_directories=%s", place->socket);
    set(a, "unix_socket_permissions=0700");
    set(a, "max_connections=%d", s->max_connections);
    set(a, "cluster_name=veza");
    set(a, "shared_buffers=%lldMB", (long long)clamp(memory_mb / 16, 64, 512));
    set(a, "effective_cache_size=%lldMB", (long long)clamp(memory_mb / 2, 256, 65536));
    set(a, "work_mem=8MB");
    set(a, "maintenance_work_mem=64MB");
    set(a, "random_page_cost=1.1");
    set(a, "jit=off");
    set(a, "max_parallel_workers_per_gather=0");
    set(a, "max_logical_replication_workers=0");
    set(a, "wal_level=minimal");
    set(a, "max_wal_senders=0");
    set(a, "min_wal_size=32MB");
    set(a, "max_wal_size=512MB");
    set(a, "checkpoint_timeout=10min");
    set(a, "wal_compression=on");
    set(a, "timezone=UTC");
    set(a, "log_timezone=UTC");
    set(a, "log_checkpoints=off");
    set(a, "log_error_verbosity=terse"); /* the detail of an error may be a row */
    set(a, "log_line_prefix=%%m [%%p] %%u ");
    set(a, "idle_in_transaction_session_timeout=60s");
    /* Even without waiting for the disk, a commit is with the kernel before it is acknowledged: a killed server loses nothing. */
    set(a, "synchronous_commit=on");
    set(a, "fsync=%s", s->durable ? "on" : "off");
    set(a, "full_page_writes=%s", s->durable ? "on" : "off");
}

int
cluster_spawn_server(const struct cluster_place *place, const struct cluster_settings *settings,
                     struct cluster_process *ret_process, char *error, size_t error_size)
{
    struct arguments *a = calloc(1, sizeof *a);
    char program[PATH_MAX];
    int result;

    if (!a || !cluster_path(program, sizeof program, place->bin, "postgres")) {
        snprintf(error, error_size, "out of memory");
        free(a);
        return -1;
    }
    rotate_log(place);
    a->argv[a->argc++] = program;
    a->argv[a->argc++] = "-D";
    a->argv[a->argc++] = place->data;
    choose_settings(a, place, settings);
    /* SIGINT is the fast shutdown. */
    result = spawn(place, a->argv, SIGINT, ret_process, error, error_size);
    free(a);
    return result;
}

void
cluster_last_words(const struct cluster_place *place, off_t from, char *error, size_t error_size)
{
    char buffer[4096], *lines[64];
    const char *words = "it said nothing";
    ssize_t len = -1;
    int fd = open(place->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd >= 0) {
        len = pread(fd, buffer, sizeof buffer - 1, from);
        close(fd);
    }
    if (len > 0) {
        unsigned count;

        buffer[len] = 0;
        count = split_lines(buffer, lines, COUNT_OF(lines));
        if (count)
            words = lines[count - 1];
        for (unsigned i = 0; i < count; i++) {
            if (strstr(lines[i], "FATAL:") || strstr(lines[i], "error:")) {
                words = lines[i];
                break;
            }
        }
    }
    snprintf(error, error_size, "PostgreSQL did not start: %s (see %s)", words, place->log);
}
