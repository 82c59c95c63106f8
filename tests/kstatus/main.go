// Command kstatus prints what Flux's kstatus library makes of Kubernetes objects.
//
// Input: one object as JSON on each line. Output: one line of JSON for each, with the status
// (Current, InProgress, Failed, Terminating, NotFound, Unknown) and its message.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := judge(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(input io.Reader, output io.Writer) error {
	objects, verdicts := json.NewDecoder(input), json.NewEncoder(output)
	for {
		// Decodes numbers as the API machinery does: whole ones are integers.
		object := &unstructured.Unstructured{}
		if err := objects.Decode(object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading an object: %w", err)
		}
		result, err := status.Compute(object)
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		if err := verdicts.Encode(verdict{result.Status.String(), result.Message}); err != nil {
			return err
		}
	}
}
