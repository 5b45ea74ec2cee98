// Command outside is a program that is no test, and checks the cost that only tests take.
package main

import (
	"fmt"

	"countersign/backend/password"
	"countersign/backend/recovery"
)

func main() {
	fmt.Println(password.Cheap.Check())
	fmt.Println(recovery.Cheap.Check())
}
