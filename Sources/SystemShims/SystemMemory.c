#define _GNU_SOURCE

#include "SystemShims.h"

#ifdef __GLIBC__
#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

void system_shims_share_heap(void) { (void)mallopt(M_ARENA_MAX, 1); }

// Segments that nobody can write to are the files' own pages, whatever happens to the mapping. Those that the loader writes to
// and then protects (RELRO) are writable by their own account, and are left alone.
static int release(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    const ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
    for (ElfW(Half) index = 0; index < info->dlpi_phnum; index += 1) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) {
            continue;
        }
        // Whole pages only: the ones at both ends may also belong to a segment that is written to.
        ElfW(Addr) start = info->dlpi_addr + segment->p_vaddr;
        ElfW(Addr) end = (start + segment->p_memsz) & ~(page - 1);
        start = (start + page - 1) & ~(page - 1);
        if (start < end) {
            (void)madvise((void *)start, end - start, MADV_DONTNEED);
        }
    }
    return 0;
}

void system_shims_release_memory(void) {
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(release, NULL);
}
#else
void system_shims_share_heap(void) {}

void system_shims_release_memory(void) {}
#endif
