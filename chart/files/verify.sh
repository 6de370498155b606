#!/bin/sh
# Publishes the commits that git-sync has fetched, if an allowed signer has signed them: unpacks a verified commit and moves the link that the
# blog reads. Arguments: the folder with the link `incoming`, and the seconds between two checks, or `once`. Only `once` ends, with 1 if the
# commit was refused.
set -u
root=$1
period=$2
refused=""

unpack() {
    folder="$root/verified/$1"
    rm -rf "$folder.new"
    mkdir -p "$folder.new" || return 1
    # From the object database and not from the worktree: these are the bytes that the signature covers.
    git -C "$root/incoming" archive --output="$folder.new.tar" "$1" && tar -xf "$folder.new.tar" -C "$folder.new" || return 1
    rm -rf "$folder.new.tar" "$folder"
    mv "$folder.new" "$folder"
}

move_link() {
    ln -sfn "verified/$1" "$root/current.new" && mv -fT "$root/current.new" "$root/current"
}

# Keeps the commit before, which the blog may still read.
remove_old() {
    for folder in "$root"/verified/*; do
        case "$folder" in
            */"$1" | */"$2") ;;
            *) rm -rf "$folder" ;;
        esac
    done
}

check() {
    commit=$(git -C "$root/incoming" rev-parse --verify "HEAD^{commit}") || return 1
    published=$(readlink "$root/current" 2>/dev/null)
    published=${published##*/}
    if [ "$commit" = "$published" ]; then
        return 0
    fi
    if [ "$commit" = "$refused" ]; then
        return 1
    fi
    if ! git -C "$root/incoming" verify-commit "$commit"; then
        refused=$commit
        echo "refused $commit: it has no signature of an allowed signer; ${published:-nothing} stays" >&2
        return 1
    fi
    unpack "$commit" && move_link "$commit" && echo "published $commit" && remove_old "$commit" "${published:-$commit}"
}

if [ "$period" = once ]; then
    check
    exit
fi
while :; do
    check
    sleep "$period"
done
