"""What people do together in a room and what stays of it: chat, files, documents, boards, polls."""
