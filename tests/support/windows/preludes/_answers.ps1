# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The answers of cmdlets and programs: the section "commands" of the JSON, by name. An answer {"error": text, "id": text} is that error.

function Get-SimulatedAnswer {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$Command, [string]$Key)
    $answers = (Read-SimulatedGuest).commands
    foreach ($part in @($Command, $Key) -ne '') {
        if (-not ($answers -and $answers.PSObject.Properties[$part])) { throw "the simulated guest has no answer of $Command $Key" }
        $answers = $answers.$part
        if ($answers -and $answers.PSObject.Properties['error']) { Stop-Simulated $answers.error $answers.id }
    }
    $answers
}

# Ends the calling command with an error that has an id, as commands of Windows do.
function Stop-Simulated {
    [CmdletBinding()] param([string]$Message, [string]$Id = 'Simulated')
    throw [Management.Automation.ErrorRecord]::new([Exception]::new($Message), $Id, 'NotSpecified', $null)
}
