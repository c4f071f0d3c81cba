# shellcheck shell=bash
# checkout.sh: the checkout as a clone of it would be.  To be sourced.  Needs git.

# copy_checkout TOP FOLDER: the files that git knows or would take, as they are
# now; one that the index has but that was deleted since is no part of it.
copy_checkout ()
{
  mkdir -p "$2"
  (cd "$1" && git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"; done |
    tar --create --no-recursion --null --files-from=-) | tar --extract --directory="$2" --no-same-owner
}

# commit_checkout FOLDER: makes it a repository with all in one commit.
commit_checkout ()
{
  git -C "$1" init --quiet
  git -C "$1" add --all
  git -C "$1" -c user.name=release -c user.email=release@localhost commit --quiet --message=release
}
