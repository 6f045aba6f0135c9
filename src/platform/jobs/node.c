#include "platform/jobs/node.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

/* Field 22 of /proc/PID/stat: when the process started, in ticks since boot. 0 when there is no such process. */
static unsigned long long
start_time(long pid)
{
    char path[48], text[1024];
    unsigned long long started = 0;
    const char *at;
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    at = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at && sscanf(at, " %llu", &started) == 1 ? started : 0;
}

/* The boot's id tells containers' and machines' names apart across reboots too. */
static void
machine_name(char *name, size_t size)
{
    char host[65] = "", boot[9] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    gethostname(host, sizeof host - 1);
    if (file) {
        if (!fgets(boot, sizeof boot, file))
            *boot = 0;
        fclose(file);
    }
    snprintf(name, size, "%s-%s:", host, boot);
}

void
node_name(char ret_name[NODE_NAME], char ret_machine[NODE_NAME])
{
    machine_name(ret_machine, NODE_NAME - 48);
    snprintf(ret_name, NODE_NAME, "%.79s%ld:%llu", ret_machine, (long)getpid(), start_time(getpid()));
}

bool
node_may_live(const char *name, const char *machine)
{
    unsigned long long started;
    long pid;

    if (!text_starts_with(name, machine) || sscanf(name + strlen(machine), "%ld:%llu", &pid, &started) != 2)
        return true;
    return start_time(pid) == started;
}
