"""What is there on systems of POSIX alone: modules, and names of modules that other systems have, too."""

MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix", "crypt", "spwd", "nis"}
_NAMES = {
    "os": """O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_NONBLOCK O_NOCTTY O_PATH O_SYNC O_DSYNC O_NDELAY O_NOATIME O_TMPFILE
        O_ASYNC O_ACCMODE O_LARGEFILE O_DIRECT O_RSYNC pread pwrite preadv pwritev fork forkpty register_at_fork
        sched_getaffinity sched_setaffinity sched_yield geteuid getuid getgid getegid setuid setgid setsid getsid killpg
        getpgid getpgrp setpgid statvfs fstatvfs chown fchown lchown fchmod fchdir chroot mkfifo mknod sysconf uname
        posix_fadvise posix_fallocate posix_spawn posix_spawnp nice getloadavg wait wait3 wait4 WNOHANG openpty ttyname
        getxattr setxattr listxattr memfd_create eventfd pipe2 sendfile copy_file_range lockf confstr getpriority""",
    "mmap": "MADV_DONTNEED MADV_WILLNEED MADV_RANDOM MADV_SEQUENTIAL MAP_SHARED MAP_PRIVATE PROT_READ PROT_WRITE",
    "signal": """SIGKILL SIGALRM SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGPIPE SIGCHLD SIGSTOP SIGTSTP SIGCONT SIGXCPU SIGXFSZ
        alarm setitimer getitimer pause pthread_kill pthread_sigmask sigwait siginterrupt""",
    "select": "poll epoll",
}
NAMES = {module: names.split() for module, names in _NAMES.items()}
