#!/bin/sh
# Fetch the vendored front end again: the versions and checksums of README.md, nothing else.
# Needs npm, for `npm pack` only; nothing is installed and no package's script is run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# take NAME: unpack the package into ./NAME, if it is what README.md says.
take() {
    version=$(sed -n "s/^| $1 | \([^ ]*\) .*/\1/p" "$here/README.md")
    sum=$(sed -n "s/^| $1 |.*| \([0-9a-f]\{64\}\) |.*/\1/p" "$here/README.md")
    npm pack --silent "$1@$version" >/dev/null
    echo "$sum  $1-$version.tgz" | sha256sum --check --quiet
    mkdir "$1" && tar -xzf "$1-$version.tgz" -C "$1" --strip-components 1
}

# The manifest storage looks for every file that a comment names, source maps too.
unmapped() { sed '/sourceMappingURL=/d' "$1"; }

take bootstrap
mkdir -p "$here/bootstrap"
for sheet in reboot utilities; do
    unmapped "bootstrap/dist/css/bootstrap-$sheet.min.css" >"$here/bootstrap/bootstrap-$sheet.min.css"
done
cp bootstrap/LICENSE "$here/bootstrap/"

take pretendard
rm -rf "$here/pretendard" && mkdir "$here/pretendard"
web=pretendard/dist/web/variable
unmapped "$web/pretendardvariable-dynamic-subset.css" >"$here/pretendard/pretendard.css"
cp -R "$web/woff2-dynamic-subset" "$here/pretendard/"
cp pretendard/dist/LICENSE.txt "$here/pretendard/LICENSE"

# One sprite of the icons that icons.txt names.
take lucide-static
mkdir -p "$here/lucide" && cp lucide-static/LICENSE "$here/lucide/"
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    while read -r name; do
        printf '<symbol id="%s" viewBox="0 0 24 24">' "$name"
        sed -e '1,/^>/d' -e '/<\/svg>/d' -e 's/^ *//' "lucide-static/icons/$name.svg" | tr -d '\n'
        echo '</symbol>'
    done <"$here/icons.txt"
    echo '</svg>'
} >"$here/../icons.svg"
