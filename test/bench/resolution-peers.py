"""What Splink does with the records that Engram links; resolution-peers.ts runs it and prints both sides.

    python resolution-peers.py RECORDS.csv

Needs splink 4 (`pip install "splink<5"`; duckdb and pandas come with it). Prints one JSON object.
Settings as its documentation recommends for such columns: term frequencies for names and towns, several tight blocking rules, the share of
matches from rules that hardly err, u from random pairs, m by expectation maximisation in three turns. Timed: reading, training,
prediction and clustering. The score is that of the best threshold, of pairs or of clusters, which only who knows the truth can choose.
"""
import json
import logging
import resource
import sys
import time

import duckdb
import splink
import splink.comparison_library as cl
if not splink.__version__.startswith("4."):
    sys.exit(f'splink {splink.__version__} is installed, these settings are for 4: pip install "splink<5"')
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_analysis import cumulative_comparisons_to_be_scored_from_blocking_rules_data as count_by_rules

logging.disable(logging.WARNING)
WEIGHTS = [-3, 0, 2, 4, 6, 8, 10, 12, 15, 18, 21, 25, 30, 40, 50]
COLUMNS = "given_name surname street_number street town postcode state date_of_birth phone person_number".split()
RULES = [
    block_on("person_number"),
    block_on("phone"),
    block_on("given_name", "surname", "postcode"),
    block_on("given_name", "date_of_birth"),
    block_on("surname", "date_of_birth"),
    block_on("date_of_birth", "postcode"),
    block_on("surname", "street", "street_number"),
    block_on("given_name", "street", "street_number"),
    block_on("postcode", "street", "street_number"),
]

started = time.perf_counter()
connection = duckdb.connect()
nulls = ", ".join(f"nullif({column}, '') as {column}" for column in COLUMNS)
connection.execute(f"create table people as select cast(id as bigint) as unique_id, {nulls} from read_csv('{sys.argv[1]}', header=true, all_varchar=true)").fetchall()
settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("street_number", 1),
        cl.JaroWinklerAtThresholds("street", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("town", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", 1),
        cl.ExactMatch("state"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("person_number", [1, 2]),
    ],
    blocking_rules_to_generate_predictions=RULES,
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)
linker = Linker("people", settings, db_api=DuckDBAPI(connection))
certain = [block_on("person_number"), block_on("given_name", "surname", "date_of_birth"), block_on("phone", "given_name")]
linker.training.estimate_probability_two_random_records_match(certain, recall=0.8)
linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
for columns in [("given_name", "surname", "postcode"), ("date_of_birth",), ("person_number",)]:
    linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
predictions = linker.inference.predict(threshold_match_probability=0.05)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.95)
seconds = time.perf_counter() - started
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

connection.execute(f"create table truth as select cast(id as bigint) as unique_id, person from read_csv('{sys.argv[1]}', header=true, all_varchar=true)").fetchall()
number = lambda sql: connection.execute(sql).fetchall()[0][0] or 0
wanted = number("select sum(n * (n - 1) / 2) from (select count(*) n from truth group by person)")


def score(right, found, kind, weight):
    return {"precision": 100 * right / max(1, found), "recall": 100 * right / wanted, "f1": 200 * right / (found + wanted), "of": f"{kind} from match weight {weight} on"}


scores = []
for weight in WEIGHTS:
    pairs = f"{predictions.physical_name} p join truth a on a.unique_id = p.unique_id_l join truth b on b.unique_id = p.unique_id_r where p.match_weight >= {weight}"
    scores.append(score(number(f"select count(*) from {pairs} and a.person = b.person"), number(f"select count(*) from {pairs}"), "pairs", weight))
    at = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_weight=weight)
    pairs_in = lambda groups: number(f"select sum(n * (n - 1) / 2) from (select count(*) n from {at.physical_name} c join truth t using (unique_id) group by {groups})")
    scores.append(score(pairs_in("c.cluster_id, t.person"), pairs_in("c.cluster_id"), "clusters", weight))
counted = count_by_rules(table_or_tables="people", blocking_rules=RULES, link_type="dedupe_only", db_api=DuckDBAPI(connection), unique_id_column_name="unique_id")
print(json.dumps({"seconds": seconds, "megabytes": megabytes, "pairs": int(counted["row_count"].sum()), **max(scores, key=lambda each: each["f1"])}))
