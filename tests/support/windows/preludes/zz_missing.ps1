# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The commands that this guest lacks: those in "missing" of "commands", and that for roles on a client.

foreach ($command in @((Read-SimulatedGuest).commands.missing) -ne $null) { Remove-Item -LiteralPath "Function:\$command" -ErrorAction SilentlyContinue }
if ($null -eq (Read-SimulatedGuest).features) { Remove-Item -LiteralPath 'Function:\Get-WindowsFeature' }
