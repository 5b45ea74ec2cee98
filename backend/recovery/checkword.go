package recovery

import (
	"encoding/binary"
	"strings"

	"countersign/backend/secret"
)

// CheckWord chooses a plain word by a seed of at least eight bytes. A sheet shows
// it, so that whoever holds the sheet can say so. It is no secret of weight:
// it acknowledges a sheet and opens nothing.
func CheckWord(seed []byte) string {
	return checkWords[binary.BigEndian.Uint64(seed)%uint64(len(checkWords))]
}

// SameCheckWord compares a word as typed with the right one: case and spaces
// around it do not count.
func SameCheckWord(typed secret.Text, word string) bool {
	return strings.EqualFold(strings.TrimSpace(typed.Reveal()), word)
}

// checkWords are short, common, and none sounds or looks like another.
var checkWords = strings.Fields(`
acorn amber anchor ankle apple april arrow atlas attic autumn badge bagel bamboo banjo barley basil basket beacon beaver
bench berry bicycle biscuit blanket blossom bonfire border bottle boulder branch breeze brick bridge bronze bucket buffalo
bugle butter button cabin cactus camel camera candle canoe canvas carbon carpet carrot castle cavern cedar cello chalk
cherry chestnut chimney cider cinnamon circle citrus clarinet clover cobalt coconut comet compass copper coral cotton
cradle crater cricket crystal cushion cypress daisy dancer desert diamond dolphin donkey dragon eagle easel ebony echo
elbow ember engine falcon feather fennel fiddle flamingo flute forest fossil fountain galaxy garden garlic gazelle geyser
ginger glacier goblet granite grape gravel guitar hammer harbour harvest hazel hedge helmet heron honey horizon hornet
island ivory jacket jasmine jigsaw jungle juniper kayak kettle kitten ladder lagoon lantern laurel lemon lentil library
lilac lizard lobster locket lotus magnet mango maple marble meadow melon meteor mirror mitten monsoon mosaic mountain
mustard nectar needle nickel nutmeg oasis ocean olive onion orange orbit orchard otter oyster paddle panda paper parrot
pearl pebble pelican pepper piano pigeon pillow planet plaza plum pocket polar poplar prairie pumpkin puzzle quartz quilt
rabbit radish raven ribbon river robin rocket saddle saffron salmon sandal sapphire satin saturn scarf shadow shelter
silver sparrow spider spruce squirrel stable stream summer sunset swallow tablet tambourine teapot temple thistle thunder
tiger timber toast tomato topaz tractor trumpet tulip tunnel turtle umbrella valley vanilla velvet village violet violin
walnut whistle willow window winter wizard yellow zebra zephyr
`)
