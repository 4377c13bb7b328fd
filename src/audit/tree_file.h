/* SPDX-License-Identifier: Apache-2.0 */
/* The file "tree": nodes in post-order, 32 bytes each. It is a cache: the log remakes it. */
#ifndef AUDIT_TREE_FILE_H
#define AUDIT_TREE_FILE_H

#include "audit/scan.h"

/* Reads nodes with pread from *fd, which must outlive the source. */
struct tree_source tree_file_source(const int *fd);
/* Are these the bytes of the file from node `at` on? A shorter file: no. For a scan's visitor. */
bool	tree_file_same(int fd, uint64_t at, struct span nodes);
/* Writes nodes at node `at`, no sync: what a crash loses is made again. */
bool	tree_file_write(int fd, uint64_t at, struct span nodes, struct err *) MUST_USE;

#endif
