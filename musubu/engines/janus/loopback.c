/*
 * Lets Janus offer loopback addresses, so that the demonstration and the tests need no network card.
 *
 * Janus and libnice skip every interface that the C library marks as loopback, whatever the configuration enforces.
 * Preloaded, this list of interfaces is the library's own with that mark taken off. Nothing else changes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>

typedef int (*lister)(struct ifaddrs **);

int getifaddrs(struct ifaddrs **list)
{
	static lister library;
	struct ifaddrs *entry;

	if (library == NULL)
		library = (lister)dlsym(RTLD_NEXT, "getifaddrs");
	if (library == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (library(list) != 0)
		return -1;
	for (entry = *list; entry != NULL; entry = entry->ifa_next)
		entry->ifa_flags &= ~(unsigned int)IFF_LOOPBACK;
	return 0;
}
