#!/bin/sh
# As a container runtime would: the root read-only, an empty /tmp, no privilege to be gained, and a user by number.
# Called by unshare in namespaces of its own, with the image's environment: enter.sh ro|rw ROOT [FOLDER:PLACE…] -- COMMAND
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
