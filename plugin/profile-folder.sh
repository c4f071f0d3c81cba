#!/bin/sh
# Prints the folder of the user's own GIMP profile: profile-folder.sh GENERATION VERSION
set -eu
case $1 in
    2) own=${GIMP2_DIRECTORY:-} series=2.10 ;;
    *) own=${GIMP3_DIRECTORY:-} series=$(echo "$2" | cut -d. -f1,2) ;;
esac
echo "${own:-${XDG_CONFIG_HOME:-$HOME/.config}/GIMP/$series}"
