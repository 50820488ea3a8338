package trade

import "time"

// week is of parties that rest on Friday, Saturday and Sunday between them.
var week = Days{Weekend: []time.Weekday{time.Friday, time.Saturday, time.Sunday}}
