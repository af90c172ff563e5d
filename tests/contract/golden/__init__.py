# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays recorded Azure traffic against the lab. A difference is a mistake of the lab, unless deviations.yml accepts it.

fetch      downloads the source distributions that contain recordings        selection.yml   the recordings that are replayed
read       reads the formats of recordings
select     decides which requests are replayed, seeded, or left out
seeds      creates what recordings need but do not create                    seeds.yml       the images and blobs among that
catalogue  reads from recordings what the Marketplace offered when they were made, and gives it to the lab
names      gives all resources new names
replay     sends the requests and follows the operations
compare    compares an answer with the recorded one                          deviations.yml  the accepted differences
report     counts, and writes build/golden.json
"""
