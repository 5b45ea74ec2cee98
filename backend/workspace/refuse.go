package workspace

import "countersign/backend/service"

// refuse makes a refusal: see service.Refuse.
func refuse(c service.Code) *service.Error { return service.Refuse(c) }
