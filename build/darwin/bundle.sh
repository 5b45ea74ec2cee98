#!/usr/bin/env bash
# Makes Countersign.app and a disk image of it in build/dist, on a Mac. It was never run: no Mac was at hand. Use it by make bundle.
#
#   LDFLAGS=… build/darwin/bundle.sh VERSION [IDENTITY [PROFILE]]
#
# IDENTITY is a Developer ID certificate in the login keychain. PROFILE is what xcrun notarytool store-credentials has stored, for notarisation.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:?which version?}
identity=${2:-}
profile=${3:-}
dist=build/dist
app=build/bin/Countersign.app
image=$dist/Countersign-$version.dmg

[ "$(uname -s)" = Darwin ] || {
  echo "bundle: this needs a Mac" >&2
  exit 1
}
rm -rf "$app" "$image"
mkdir -p "$dist"
# The page and its bindings are built already.
go tool -modfile=build/tools.mod wails build -m -nosyncgomod -s -skipbindings -trimpath -platform darwin/universal -ldflags "${LDFLAGS:?}"
for key in CFBundleVersion CFBundleShortVersionString; do
  /usr/libexec/PlistBuddy -c "Set :$key $version" "$app/Contents/Info.plist"
done
plutil -lint "$app/Contents/Info.plist"

# A dash signs for this Mac only. The hardened runtime needs no exception: WebKit runs scripts in processes of its own.
codesign --force --options runtime --sign "${identity:--}" ${identity:+--timestamp} "$app"
codesign --verify --strict --deep "$app"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
hdiutil create -volname Countersign -srcfolder "$folder" -format UDZO "$image"
if [ -n "$identity" ]; then
  codesign --sign "$identity" --timestamp "$image"
fi
if [ -n "$profile" ]; then
  xcrun notarytool submit "$image" --keychain-profile "$profile" --wait
  xcrun stapler staple "$image"
  spctl --assess --type open --context context:primary-signature --verbose "$image"
fi
echo "bundle: $image"
