/** Nothing that is installed has an answer to these, though some of their words occur everywhere. */
export const absentTopics: readonly string[] = `how do I prune roses in late winter
best sourdough starter feeding schedule
which vaccines does a kitten need
recipe for lentil soup with cumin
how long to boil a soft egg
why is my monstera dropping yellow leaves
train tickets from Lisbon to Porto
symptoms of iron deficiency in teenagers
how to tune a violin by ear
rules of offside in football
when was the bridge over the Danube built
what did the landlord say about the heating bill
Anna's birthday present ideas
how to fold a fitted sheet
bicycle tyre keeps losing pressure overnight
mortgage interest forecast next spring
dentist appointment on Thursday afternoon
how do glaciers form in the Alps
piano lessons for my daughter
the best hiking trail near the lake
who won the chess olympiad in Budapest
wool sweater shrank in the dryer
how to remove red wine stains from a carpet
what medicine did the vet prescribe
soil acidity for growing blueberries
flight delay compensation airline refused
marathon training plan for beginners
how to descale an espresso machine
which paint did we choose for the kitchen wall
ferry timetable on Sundays in August
grandmother's apple strudel dough
visa requirements for travelling to Vietnam
kindergarten opening hours during holidays
guitar chords of that Beatles ballad
salary negotiation with the new manager
our marketing slogan for the autumn campaign
Kubernetes ingress certificate expired on the staging cluster
Terraform state lock on the production bucket
Postgres vacuum is blocked by a long transaction
the Rust borrow checker complains about a mutable reference
Django migration fails with a circular dependency
which Kafka partition count did we choose for invoices
Salesforce sandbox refresh schedule
Android Gradle cannot find the NDK
Jenkins pipeline credentials rotated by the platform team
why did we choose Elixir over Scala for billing
COBOL copybook for the ledger batch
Ansible vault password for the Frankfurt servers
Unity shader renders pink on Metal
Excel pivot table drops the first month`.split('\n');
