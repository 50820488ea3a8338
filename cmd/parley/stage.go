package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"parley/desk"
	"parley/identity"
)

var randomReader io.Reader = rand.Reader

// A stage is the demo's mechanism as the scenario's officers use it.
type stage struct{ *demo }

const stageWait = 10 * time.Second

func (s stage) desk(by identity.Author) *desk.Desk { return s.desks[by.Party] }

// Send drafts, signs and sends, and waits for the receipt.
func (s stage) Send(ctx context.Context, by identity.Author, ref, precedence string, to, fields []string) (string, error) {
	id, err := s.desk(by).Say(ctx, desk.Saying{By: by, Format: ref, Precedence: precedence, To: to, Fields: fields})
	if err != nil {
		return "", err
	}
	return id, s.receipted(ctx, by, id)
}

// receipted waits for the receipt.
func (s stage) receipted(ctx context.Context, by identity.Author, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stageWait)
	defer cancel()
	sent, err := s.desk(by).Await(ctx, id)
	if err == nil && sent.State != desk.Accepted {
		err = fmt.Errorf("the hub has not answered in %s", stageWait)
	}
	return err
}

// Act acknowledges, holds, releases or returns.
func (s stage) Act(ctx context.Context, by identity.Author, verb, about, reason string) error {
	var fields []string
	if reason != "" {
		fields = []string{"reason=" + reason}
	}
	id, err := s.desk(by).Act(ctx, verb, desk.Saying{By: by, About: about, Fields: fields})
	if err != nil {
		return err
	}
	return s.receipted(ctx, by, id)
}

// Await waits until the desk may read the statement.
func (s stage) Await(ctx context.Context, by identity.Author, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stageWait)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, ok := s.desk(by).Work().Record(id); ok {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("statement %s did not come to %s in %s", id, by.Party, stageWait)
		}
	}
}

// Show opens a statement in front of a person.
func (s stage) Show(ctx context.Context, by identity.Author, id string) error {
	if err := s.Await(ctx, by, id); err != nil {
		return err
	}
	_, err := s.desk(by).Show(ctx, id, "en")
	return err
}
