#!/bin/sh
# Runs a command like a container runtime: with a read-only root, an empty /tmp, no new privileges and a numeric user.
# unshare calls it in new namespaces, with the environment of the image: enter.sh ro|rw ROOT [FOLDER:PLACE…] -- COMMAND
set -eu
path_in_the_image=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mode=$1 root=$2
shift 2
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
    mount --rbind "${1%:*}" "$root${1#*:}"
    shift
done
shift
mount --options "remount,bind,$mode" "$root"
mount --types tmpfs --options mode=1777 tmpfs "$root/tmp"
mount --types proc proc "$root/proc"
mount --rbind /dev "$root/dev"
setpriv=$(command -v setpriv) chroot=$(command -v chroot)
PATH=$path_in_the_image
exec "$setpriv" --no-new-privs --inh-caps=-all "$chroot" --userspec=65532:65532 --groups= "$root" "$@"
