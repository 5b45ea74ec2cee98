#!/usr/bin/env bash
# Writes what Windows shows of the programs (icon, version, manifest) to where Go’s linker looks for it. Use it by make windows.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:?which version?}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/icons"
for size in 16 24 32 48 64 128 256; do
  rsvg-convert --width "$size" --height "$size" build/appicon.svg >"$folder/icons/$size.png"
done
cp build/windows/winres.json "$folder/"
winres=(go tool -modfile=build/package.mod go-winres)
"${winres[@]}" make --arch amd64 --product-version "$version" --file-version "$version" --in "$folder/winres.json" --out rsrc
"${winres[@]}" simply --arch amd64 --product-version "$version" --file-version "$version" --manifest cli --icon "$folder/icons/256.png" --product-name Countersign \
  --file-description "Countersign for terminals and scripts" --original-filename countersignctl.exe \
  --copyright "Copyright the Countersign authors. Apache License 2.0." --out cmd/countersignctl/rsrc
