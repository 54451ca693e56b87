"""Which filesystem the practice's files are on, and who may read them."""

import os
import stat
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_SERVERS = (
    "9p acfs afs beegfs ceph cifs coda davfs drvfs gfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs panfs prl_fs pvfs2 "
    "smb2 smb3 smbfs vboxsf virtiofs vmhgfs"
)
_FUSE_SERVERS = (
    "beegfs blobfuse blobfuse2 ceph ceph-fuse curlftpfs davfs davfs2 dbxfs gcsfuse glusterfs goofys google-drive-ocamlfuse grpcfuse "
    "gvfsd-fuse juicefs kio-fuse lizardfs mfs moosefs mount-s3 onedriver osxfs quobyte rclone s3fs seadrive smbnetfs sshfs "
    "vmhgfs-fuse xtreemfs"
)
NETWORK = frozenset((*_SERVERS.split(), *(f"fuse.{name}" for name in _FUSE_SERVERS.split())))
"""Filesystems that several hosts write to: a server's, or shared from the host of this virtual machine (9p, drvfs,
virtiofs, vboxsf). SQLite's write-ahead log needs memory shared by all writers, so they must be on one host
(sqlite.org/wal.html, "All processes using a database must be on the same host computer").
"""


def network_filesystem(path: Path) -> str | None:
    """The type of network filesystem that `path` (or its nearest existing parent folder) is on; None: none, or unknown.

    Only Linux shows what is mounted where.
    """
    try:
        while not path.exists() and path != path.parent:
            path = path.parent
        device = path.stat().st_dev
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in lines:
        # proc(5): ... the third word is the device; the type comes after a lone `-`.
        words = line.split()
        if words[2] == wanted and "-" in words:
            kind = words[words.index("-") + 1]
            return kind if kind in NETWORK else None
    return None


def is_open_to_others(path: Path) -> bool:
    """Whether everyone on this host may read or write the file and reach it through its folders.

    A group may, because the people of a practice can share it.
    """
    return (
        os.name == "posix"
        and bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
        and all(map(_passable, path.absolute().parents))
    )


def _passable(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
